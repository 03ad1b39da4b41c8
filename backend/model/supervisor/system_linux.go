package supervisor

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// readSystemMemory reads the resident memory of this process and of all its descendants.
func readSystemMemory() systemMemory {
	self := os.Getpid()
	m := systemMemory{self: resident(self)}
	m.tree = m.self
	for todo := descendants(self); len(todo) > 0; todo = todo[1:] {
		m.tree += resident(todo[0])
		todo = append(todo, descendants(todo[0])...)
	}
	return m
}

// resident reads a process's resident memory in bytes; 0 if it is gone.
func resident(pid int) uint64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// descendants lists the children of a process, as far as the kernel tells.
func descendants(pid int) []int {
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil
	}
	var all []int
	for _, list := range lists {
		data, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for field := range strings.FieldsSeq(string(data)) {
			if child, err := strconv.Atoi(field); err == nil {
				all = append(all, child)
			}
		}
	}
	return all
}
