// Package endtoend holds the tests of the program as a whole: the real executables, built once, with real child processes,
// the real starter model and real files. It has no code of its own. What a test of one package can prove is proved there.
package endtoend
