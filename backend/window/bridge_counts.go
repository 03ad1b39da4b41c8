package window

// counts are the numbers of the library, as they were read last.
type counts struct{}
