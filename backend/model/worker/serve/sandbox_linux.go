package serve

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/landlock-lsm/go-landlock/landlock"
	landlocksys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"pixeldetective/backend/model/worker"
)

// forbidden are the system calls that decoding never needs and that would let foreign bytes reach beyond the process:
// the network, other programs, other processes, the kernel's own machinery.
var forbidden = []string{
	"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "sendmmsg", "recvfrom",
	"recvmsg", "recvmmsg",
	"execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kill",
	"tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_getfd", "pidfd_send_signal",
	"bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "keyctl", "add_key",
	"request_key", "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "move_mount", "open_tree", "fsopen",
	"open_by_handle_at", "kexec_load", "init_module", "finit_module", "delete_module", "swapon", "swapoff", "reboot",
	"shmget", "msgget", "semget", "mq_open", "inotify_init1", "fanotify_init",
	"personality", "acct", "quotactl", "syslog",
}

// closeSandbox locks the whole process in, all threads: Landlock takes files, TCP and signals to others away, then
// seccomp takes the system calls. Landlock comes first, since it needs calls that seccomp forbids. Nothing that was
// opened before is lost.
func closeSandbox() worker.Sandbox {
	var s worker.Sandbox
	var missing []string
	abi, err := landlocksys.LandlockGetABIVersion()
	switch {
	case err != nil || abi < 1:
		missing = append(missing, "this kernel has no Landlock, so the decoder could open files")
	default:
		if err := landlock.V8.BestEffort().Restrict(); err != nil {
			missing = append(missing, fmt.Sprintf("Landlock could not be used: %v", err))
		} else {
			s.LandlockABI = abi
		}
	}
	if err := forbid(); err != nil {
		missing = append(missing, fmt.Sprintf("seccomp could not be used: %v", err))
	} else {
		s.Seccomp = true
	}
	s.Reason = strings.Join(missing, "; ")
	return s
}

// forbid loads the filter for all threads.
func forbid() error {
	program, err := filter(os.Getpid())
	if err != nil {
		return err
	}
	// One thread loads the filter for all. It must have no_new_privs, which the others get with it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("forbid new privileges: %w", err)
	}
	fprog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&fprog)))
	if errno != 0 {
		return fmt.Errorf("load the filter: %w", errno)
	}
	if thread != 0 {
		return fmt.Errorf("thread %d could not be given the filter", thread)
	}
	return nil
}

// filter builds the program that judges system calls of process pid.
func filter(pid int) ([]unix.SockFilter, error) {
	machine, err := arch.GetInfo("")
	if err != nil {
		return nil, fmt.Errorf("this processor is not known: %w", err)
	}
	var names []string
	for _, name := range forbidden {
		if _, ok := machine.SyscallNames[name]; ok { // newer processors lack the oldest calls
			names = append(names, name)
		}
	}
	const cloneThread = unix.CLONE_THREAD
	policy := seccomp.Policy{
		DefaultAction: seccomp.ActionAllow,
		Syscalls: []seccomp.SyscallGroup{
			{
				Action: seccomp.ActionErrno,
				Names:  names,
				NamesWithCondtions: []seccomp.NameWithConditions{
					// The Go runtime signals its own threads.
					{Name: "tgkill", Conditions: seccomp.ArgumentConditions{
						{Argument: 0, Operation: seccomp.NotEqual, Value: uint64(pid)}}},
					// A new thread is well, a new process is not.
					{Name: "clone", Conditions: seccomp.ArgumentConditions{
						{Argument: 0, Operation: seccomp.BitsNotSet, Value: cloneThread}}},
				},
			},
			// A filter cannot look into the structure that clone3 is given. Told that there is none, the C library uses clone.
			{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: []string{"clone3"}},
		},
	}
	rules, err := policy.Assemble()
	if err != nil {
		return nil, fmt.Errorf("assemble the filter: %w", err)
	}
	// The library lets calls of another architecture's numbering pass (a 64-bit process can make 32-bit calls). Here they
	// end the process. 4 is the offset of the architecture in struct seccomp_data.
	guard := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 4, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(machine.ID), SkipTrue: 1},
		bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS},
	}
	raw, err := bpf.Assemble(append(guard, rules...))
	if err != nil {
		return nil, fmt.Errorf("assemble the filter: %w", err)
	}
	program := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		program[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	return program, nil
}
