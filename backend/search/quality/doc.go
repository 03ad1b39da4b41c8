// Package quality measures how well questions are answered: recall of captions, average precision of short queries, and
// where the adaptive cut falls. It asks through a function, so that a test can measure an engine and a benchmark the
// whole program by its command line.
//
// What must always hold: a figure never depends on the order in which questions are asked; the queries that limits were
// tuned on and those held out are told apart by a hash of their text alone.
package quality
