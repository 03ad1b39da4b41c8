// Package picture turns the bytes of a photo into upright pixels, a thumbnail, metadata and fingerprints, within limits.
package picture
