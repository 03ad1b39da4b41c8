package config

import "time"

// Settings are the numbers that a person may change. Their defaults, ranges and sentences are in the table of this
// package; Default gives the defaults, Load reads a file over them.
type Settings struct {
	Supervisor Supervisor
	Indexing   Indexing
	Search     Search
	Window     Window
	Network    Network
	Log        Log
}

// Supervisor holds the settings of models and worker processes.
type Supervisor struct {
	// BackgroundLoads is the number of models that may load at the same time without being asked for. 1 to 16.
	BackgroundLoads int
	// LoadTimeout is the time that loading one model may take. 1s to 1h.
	LoadTimeout time.Duration
	// CallTimeout is the time that decoding one photo, or one inference, may take. 1s to 1h.
	CallTimeout time.Duration
	// IdleUnload is the time without work after which a model is unloaded. 1s to 30 days.
	IdleUnload time.Duration
	// MemoryBudget is the memory that all workers together may take, in bytes; 0: half of the machine's (MemoryBudget).
	MemoryBudget int64
	// MemoryThreshold is the share of the budget above which models that rest are unloaded. 0.1 to 1.
	MemoryThreshold float64
	// KeepLoaded keeps models in memory when idle.
	KeepLoaded bool
	// Decoders is the number of processes that decode photos; 0: by the number of processors. 0 to 64.
	Decoders int
	// Device is the device that models run on ("cpu", "cuda", …); "": the best there is.
	Device string
}

// Indexing holds the settings of the way of a photo from disk into the library.
type Indexing struct {
	// MaxFileBytes is the size of the largest file that is read, in bytes. 1 MiB to 64 GiB.
	MaxFileBytes int64
	// MaxPixels is the largest width × height of a photo that is decoded. 1e6 to 4e9.
	MaxPixels uint64
	// ThumbnailSide is the longest side of a thumbnail, in pixels. 64 to 2048.
	ThumbnailSide int
	// BatchSize is the number of photos that a model looks at together. 1 to 256.
	BatchSize int
	// BatchWhileSearching is the same while somebody searches, so that queries wait less. 1 to 256.
	BatchWhileSearching int
	// QueueBytes is the memory that photos on their way may take, in bytes. 16 MiB to 64 GiB.
	QueueBytes int64
	// ReconcileEvery is the time between two full comparisons of the folders with the library. 1m to 30 days.
	ReconcileEvery time.Duration
	// RescanEvery is the time between two looks at a folder that cannot be watched. 100ms to 24h.
	RescanEvery time.Duration
	// SettleAfter is the time that a file must have been left alone before it is read. 0s to 1h.
	SettleAfter time.Duration
}

// Search holds the settings of searching.
type Search struct {
	// Limit is the number of hits that are shown where nobody asks for another. 1 to 100000.
	Limit int
}

// Window holds the settings of the window.
type Window struct {
	// Theme is how the window looks: system, light or dark.
	Theme string
	// CloseToBackground keeps the program watching and indexing when its window is closed.
	CloseToBackground bool
	// StartAtLogin has the folders watched from the moment the person logs in.
	StartAtLogin bool
}

// Network holds the settings of downloading models, which is all that the program does on the network.
type Network struct {
	// Proxy is the address of the proxy to go through; "": what the environment names.
	Proxy string
}

// Log holds the settings of the log files.
type Log struct {
	// MaxMegabytes is the size at which a log file is put aside, in units of 1,000,000 bytes. 1 to 1000.
	MaxMegabytes int
	// Backups is the number of log files put aside that are kept. 0 to 100.
	Backups int
}

// Default returns the settings of a program that has never been told anything.
func Default() Settings {
	var s Settings
	for _, row := range table() {
		row.set(&s, row.standard)
	}
	return s
}
