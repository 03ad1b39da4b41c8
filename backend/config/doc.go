// Package config says where the program's files are and what its numbers are.
//
// It owns the layout of the library folder (Paths), the settings file (Settings) and the budget of memory that both the
// settings and the machine allow (MemoryBudget). What must always hold: every setting has one default, one sentence and
// one range, all in one table; a settings file that the program does not understand to the last key is refused with the
// key's name; a settings file is replaced whole or not at all.
package config
