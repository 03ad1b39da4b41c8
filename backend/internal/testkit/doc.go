// Package testkit makes what tests need and no program should meet: awkward names, files that are no files, file systems
// that fill up, processes without rights. Only tests import it. It needs nothing outside this module; what a machine
// cannot do is skipped with the reason.
package testkit
