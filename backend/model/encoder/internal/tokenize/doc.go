// Package tokenize turns texts into the token ids that text graphs take.
//
// What always holds: ids are numbers of lines of the vocabulary; there are never more than the maximum asked for; any
// string at all, valid UTF-8 or not, gives ids and no error, in time linear in its length.
package tokenize
