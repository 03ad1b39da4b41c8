// Package command is the command line of Pixel Detective, over the same backend as the window. It owns what is printed and
// the exit codes; it holds no logic of its own.
//
// Output for people goes to standard output, logs to standard error at --log-level. With --json, standard output holds
// JSON alone: one document (index, models install: one line an event, the last being the result). Names of files are shown
// with control characters escaped; in JSON, bytes that are not UTF-8 become U+FFFD.
//
// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done (some photos or folders could not be read).
package command
