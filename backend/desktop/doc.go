// Package desktop is the window's process around its page: its command line, that there is one of it, and how it begins,
// hides and ends. It knows no framework: the window itself is a Face, and is shown by a function that main hands in.
//
// What always holds:
//
//   - The window is asked for before the library is opened. Whatever keeps the library from being opened is shown in it.
//   - A second start shows the first one's window and ends; it needs no desktop bus for that.
//   - Main returns when no child is left.
package desktop
