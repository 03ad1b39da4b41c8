package config

import "time"

const (
	kib = int64(1) << 10
	mib = int64(1) << 20
	gib = int64(1) << 30
	day = 24 * time.Hour
)

// setting is one row of the table: all there is to know about one setting. Its values travel as int64 (whole numbers,
// bytes, nanoseconds), float64, bool or string, by kind.
type setting struct {
	section, key string
	kind         kind
	sentence     string
	standard     any // the default
	low, high    any // the range, both ends included; nil where there is none
	zero         string
	choices      []string // of a choice
	get          func(*Settings) any
	set          func(*Settings, any)
}

// name is how errors and people call the setting: "section.key".
func (s setting) name() string { return s.section + "." + s.key }

// table lists every setting in the order in which the file shows them.
func table() []setting {
	return []setting{
		whole("supervisor", "background_loads", 2, 1, 16, "",
			"How many models may load at the same time without being asked for.",
			func(s *Settings) *int { return &s.Supervisor.BackgroundLoads }),
		span("supervisor", "load_timeout", time.Minute, time.Second, time.Hour,
			"How long loading one model may take.",
			func(s *Settings) *time.Duration { return &s.Supervisor.LoadTimeout }),
		span("supervisor", "call_timeout", 30*time.Second, time.Second, time.Hour,
			"How long decoding one photo, or one inference, may take before its worker is ended.",
			func(s *Settings) *time.Duration { return &s.Supervisor.CallTimeout }),
		span("supervisor", "idle_unload", 10*time.Minute, time.Second, 30*day,
			"How long a model may rest before it is unloaded.",
			func(s *Settings) *time.Duration { return &s.Supervisor.IdleUnload }),
		size("supervisor", "memory_budget", 0, 0, 1024*gib, "half of this machine's memory, or what its container allows if that is less",
			"How much memory all workers together may take.",
			func(s *Settings) *int64 { return &s.Supervisor.MemoryBudget }),
		share("supervisor", "memory_threshold", .8, .1, 1,
			"The share of the memory budget above which resting models are unloaded.",
			func(s *Settings) *float64 { return &s.Supervisor.MemoryThreshold }),
		yesNo("supervisor", "keep_loaded", false,
			"Whether models stay in memory when nobody uses them.",
			func(s *Settings) *bool { return &s.Supervisor.KeepLoaded }),
		whole("supervisor", "decoders", 0, 0, 64, "by the number of processors",
			"How many processes decode photos.",
			func(s *Settings) *int { return &s.Supervisor.Decoders }),
		word("supervisor", "device", "",
			"The device that models run on, such as \"cpu\" or \"cuda\"; \"\" means the best there is.",
			func(s *Settings) *string { return &s.Supervisor.Device }),

		size("indexing", "max_file_bytes", 256*mib, mib, 64*gib, "",
			"The size of the largest file that is read.",
			func(s *Settings) *int64 { return &s.Indexing.MaxFileBytes }),
		whole("indexing", "max_pixels", 200_000_000, 1_000_000, 4_000_000_000, "",
			"The largest width times height of a photo that is decoded.",
			func(s *Settings) *uint64 { return &s.Indexing.MaxPixels }),
		whole("indexing", "thumbnail_side", 320, 64, 2048, "",
			"The longest side of a thumbnail in pixels.",
			func(s *Settings) *int { return &s.Indexing.ThumbnailSide }),
		whole("indexing", "batch_size", 8, 1, 256, "",
			"How many photos a model looks at together.",
			func(s *Settings) *int { return &s.Indexing.BatchSize }),
		whole("indexing", "batch_while_searching", 4, 1, 256, "",
			"How many photos a model looks at together while somebody searches.",
			func(s *Settings) *int { return &s.Indexing.BatchWhileSearching }),
		size("indexing", "queue_bytes", 256*mib, 16*mib, 64*gib, "",
			"How much memory the photos on their way into the library may take.",
			func(s *Settings) *int64 { return &s.Indexing.QueueBytes }),
		span("indexing", "reconcile_every", time.Hour, time.Minute, 30*day,
			"The time between two full comparisons of the watched folders with the library.",
			func(s *Settings) *time.Duration { return &s.Indexing.ReconcileEvery }),
		span("indexing", "rescan_every", 3*time.Second, 100*time.Millisecond, day,
			"The time between two looks at a folder that cannot be watched, longer where one look takes long.",
			func(s *Settings) *time.Duration { return &s.Indexing.RescanEvery }),
		span("indexing", "settle_after", 2*time.Second, 0, time.Hour,
			"How long a file must have been left alone before it is read.",
			func(s *Settings) *time.Duration { return &s.Indexing.SettleAfter }),

		whole("search", "limit", 50, 1, 100_000, "",
			"How many hits are shown where nobody asks for another number.",
			func(s *Settings) *int { return &s.Search.Limit }),

		choice("window", "theme", []string{"system", "light", "dark"},
			"How the window looks; system follows the desktop.",
			func(s *Settings) *string { return &s.Window.Theme }),
		yesNo("window", "close_to_background", false,
			"Whether the program goes on watching and indexing when its window is closed.",
			func(s *Settings) *bool { return &s.Window.CloseToBackground }),
		yesNo("window", "start_at_login", false,
			"Whether the folders are watched from the moment you log in, without a window.",
			func(s *Settings) *bool { return &s.Window.StartAtLogin }),

		word("network", "proxy", "",
			"The proxy that models are downloaded through, such as \"http://proxy.example:3128\"; \"\" means the one that the environment names, if any.",
			func(s *Settings) *string { return &s.Network.Proxy }),

		whole("log", "max_megabytes", 10, 1, 1000, "",
			"The size in megabytes at which a log file is put aside.",
			func(s *Settings) *int { return &s.Log.MaxMegabytes }),
		whole("log", "backups", 3, 0, 100, "",
			"How many log files that were put aside are kept.",
			func(s *Settings) *int { return &s.Log.Backups }),
	}
}

func whole[T int | int64 | uint64](section, key string, standard, low, high int64, zero, sentence string, field func(*Settings) *T) setting {
	return setting{section: section, key: key, kind: kindWhole, sentence: sentence, standard: standard, low: low, high: high, zero: zero,
		get: func(s *Settings) any { return int64(*field(s)) },
		set: func(s *Settings, v any) { *field(s) = T(v.(int64)) }}
}

func size(section, key string, standard, low, high int64, zero, sentence string, field func(*Settings) *int64) setting {
	row := whole(section, key, standard, low, high, zero, sentence, field)
	row.kind = kindBytes
	return row
}

func span(section, key string, standard, low, high time.Duration, sentence string, field func(*Settings) *time.Duration) setting {
	return setting{section: section, key: key, kind: kindSpan, sentence: sentence,
		standard: int64(standard), low: int64(low), high: int64(high),
		get: func(s *Settings) any { return int64(*field(s)) },
		set: func(s *Settings, v any) { *field(s) = time.Duration(v.(int64)) }}
}

func share(section, key string, standard, low, high float64, sentence string, field func(*Settings) *float64) setting {
	return setting{section: section, key: key, kind: kindShare, sentence: sentence, standard: standard, low: low, high: high,
		get: func(s *Settings) any { return *field(s) },
		set: func(s *Settings, v any) { *field(s) = v.(float64) }}
}

func yesNo(section, key string, standard bool, sentence string, field func(*Settings) *bool) setting {
	return setting{section: section, key: key, kind: kindYesNo, sentence: sentence, standard: standard,
		get: func(s *Settings) any { return *field(s) },
		set: func(s *Settings, v any) { *field(s) = v.(bool) }}
}

func word(section, key string, standard, sentence string, field func(*Settings) *string) setting {
	return setting{section: section, key: key, kind: kindWord, sentence: sentence, standard: standard,
		get: func(s *Settings) any { return *field(s) },
		set: func(s *Settings, v any) { *field(s) = v.(string) }}
}

// choice is one of several words; the first is the default.
func choice(section, key string, choices []string, sentence string, field func(*Settings) *string) setting {
	row := word(section, key, choices[0], sentence, field)
	row.kind, row.choices = kindChoice, choices
	return row
}
