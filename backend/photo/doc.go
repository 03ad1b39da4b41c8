// Package photo holds the nouns that every other package speaks of: a photo, its identity, its metadata, its tags and
// the names of the models that looked at it. It has no behaviour beyond formatting and parsing them, and imports nothing
// of this module.
package photo
