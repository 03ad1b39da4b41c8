// Package logging builds the program's log: lines of JSON in a file that rotates in the library's log folder, readable
// lines on the standard error stream, and the last lines in memory for the snapshot.
//
// It owns the log files. What must always hold: no byte of a file name or of a message reaches a terminal as a control
// character, a terminal escape, a change of writing direction or invalid UTF-8; two processes that share a library never
// write into one file; a log file that cannot be written never stops the program.
package logging
