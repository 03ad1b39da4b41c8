package onnx

import (
	"fmt"
	"os"
	"path/filepath"

	ort "github.com/yalue/onnxruntime_go"
)

// The devices that a graph can run on.
const (
	CPU  = "cpu"
	CUDA = "cuda"
)

// candidates returns the devices to try for a wish, in order, and for those that need not be tried, why. The wish is a
// device, or empty for the best there is.
func (r *Runtime) candidates(wish string) (devices []string, reason string, err error) {
	switch wish {
	case CPU:
		return []string{CPU}, "", nil
	case CUDA, "":
		if reason := r.noCUDA(); reason != "" {
			return []string{CPU}, reason, nil
		}
		return []string{CUDA, CPU}, "", nil
	default:
		return nil, "", fmt.Errorf("the device %q is not known; set it to %q, %q or nothing", wish, CPU, CUDA)
	}
}

// cudaLibrary is the part of ONNX Runtime that drives NVIDIA's cards. It is loaded from beside the main library.
const cudaLibrary = "libonnxruntime_providers_cuda.so"

// noCUDA says why there is no use in asking the runtime for CUDA, empty if there is. It only looks for files: asking
// costs the runtime tens of milliseconds and lines on stderr.
func (r *Runtime) noCUDA() string {
	library := filepath.Join(filepath.Dir(r.path), cudaLibrary)
	if _, err := os.Stat(library); err != nil {
		return fmt.Sprintf("ONNX Runtime's part for NVIDIA cards (%s) is not installed", cudaLibrary)
	}
	if _, err := os.Stat("/dev/nvidiactl"); err != nil {
		return "this computer shows no NVIDIA card (there is no /dev/nvidiactl)"
	}
	return ""
}

// appendProvider tells a session which device to run on; the CPU needs no telling.
func appendProvider(options *ort.SessionOptions, device string) error {
	if device != CUDA {
		return nil
	}
	cuda, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return fmt.Errorf("ONNX Runtime has no CUDA: %w", err)
	}
	defer cuda.Destroy() //nolint:errcheck // nothing to be done about it
	// Batches come in several sizes: searching exhaustively for the best convolution at each would cost seconds.
	// Memory is taken as it is asked for, not doubled each time.
	err = cuda.Update(map[string]string{
		"cudnn_conv_algo_search":    "HEURISTIC",
		"arena_extend_strategy":     "kSameAsRequested",
		"do_copy_in_default_stream": "1",
	})
	if err != nil {
		return fmt.Errorf("ONNX Runtime does not take the settings for CUDA: %w", err)
	}
	return options.AppendExecutionProviderCUDA(cuda)
}
