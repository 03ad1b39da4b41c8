// Package pipe makes one connection of the two pipes between a parent and its child, and holds the numbers that both
// ends of it must agree on.
package pipe
