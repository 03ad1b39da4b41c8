// Package vector holds every photo's vector in memory and finds the nearest to a query by looking at all of them.
//
// A Matrix keeps int8 codes with a scale a row (1 byte a dimension) in blocks; above a size a second, narrower copy (the
// leading principal axes) is scanned first and the full codes only of what it lets through. The best of the codes are
// scored again with the exact floats, which the caller fetches. Kernels are C with SIMD picked by the processor at run
// time; all of them give the same integers, so that results do not depend on the machine. The blocks live on the heap
// or in a memory-mapped cache file that can be deleted at any time.
//
// What must always hold: scores are finite; a vector that is zero or not finite is never stored; a removed or not
// allowed number is never returned; equal scores are ordered by number; the same matrix and query give the same answer
// whatever the number of threads; a search sees one state of the matrix, whatever is appended meanwhile; nothing
// is copied when rows are appended.
package vector
