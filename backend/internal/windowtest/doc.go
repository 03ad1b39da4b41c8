// Package windowtest holds the tests of the window as a person meets it: the executable that make built, on a screen in
// memory (Xvfb), with real key presses, a real drag from another program, and real closing. It has no code of its own.
//
// What the window is asked, and how it is known:
//
//   - that it is not blank, and echoes a key: by pixels of a screenshot
//   - that a search answers: by the mark that --trace prints, and by pixels of the colour that means found
//   - that a drop arrives, is searched by and takes the page nowhere: by its marks, by pixels, and by a search that answers
//   - that nothing is left: by the process tree before it ended
package windowtest
