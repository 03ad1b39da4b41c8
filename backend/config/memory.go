package config

import (
	"math"
	"path"
	"strconv"
	"strings"
)

// Budget is an amount of memory and what decided it.
type Budget struct {
	Bytes  int64
	Reason string // "the setting", "the container's limit", "half of the machine's memory", "unknown machine"
}

// fallbackMemory is the budget of a machine that does not say how much memory it has.
const fallbackMemory = gib

// MemoryBudget is the least of the setting (bytes; 0: none), the limit of the control group that this process runs in,
// and half of the machine's memory. readFile reads /proc and /sys (os.ReadFile); a file that cannot be read sets no limit.
func MemoryBudget(setting int64, readFile func(string) ([]byte, error)) Budget {
	best := Budget{Bytes: math.MaxInt64}
	take := func(n int64, reason string) {
		if n > 0 && n < best.Bytes {
			best = Budget{Bytes: n, Reason: reason}
		}
	}
	take(setting, "the setting")
	take(cgroupLimit(readFile), "the container's limit")
	take(machineMemory(readFile)/2, "half of the machine's memory")
	if best.Bytes == math.MaxInt64 {
		return Budget{Bytes: fallbackMemory, Reason: "unknown machine"}
	}
	return best
}

// machineMemory reads MemTotal of /proc/meminfo, in bytes; 0 if unknown.
func machineMemory(readFile func(string) ([]byte, error)) int64 {
	data, err := readFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "MemTotal:" {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil || n < 0 || n > math.MaxInt64/1024 {
				return 0
			}
			return n * 1024
		}
	}
	return 0
}

// cgroupLimit is the lowest memory limit on the way from this process's control group to the root, in versions 2 and 1;
// 0 if there is none. See cgroups(7) and the kernel's Documentation/admin-guide/cgroup-v2.rst.
func cgroupLimit(readFile func(string) ([]byte, error)) int64 {
	data, err := readFile("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	lowest := int64(0)
	for line := range strings.Lines(string(data)) {
		parts := strings.SplitN(strings.TrimRight(line, "\n"), ":", 3) // number:controllers:path
		if len(parts) != 3 {
			continue
		}
		root, name := "/sys/fs/cgroup", "memory.max"
		switch {
		case parts[0] == "0" && parts[1] == "": // version 2
		case containsWord(parts[1], "memory"):
			root, name = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) {
			if n := readLimit(readFile, path.Join(root, group, name)); n > 0 && (lowest == 0 || n < lowest) {
				lowest = n
			}
			if group == "/" {
				break
			}
		}
	}
	return lowest
}

func containsWord(list, word string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if part == word {
			return true
		}
	}
	return false
}

// readLimit reads one limit file; 0 for "max", for version 1's "no limit" (near 2^63) and for what is no number.
func readLimit(readFile func(string) ([]byte, error), name string) int64 {
	data, err := readFile(name)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	if err != nil || n <= 0 || n > 1<<60 {
		return 0
	}
	return n
}
