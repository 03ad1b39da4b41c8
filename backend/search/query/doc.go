// Package query is the language of the search box: lexer → parser → expression.
//
// Today it knows free words, a "phrase in quotes" and -not before either. The filters of the full language
// (date:, camera:, iso>=1600 …) become further terms of the same expression; what reads like one of them today is plain
// words. Parsing never fails but for a quote that is not closed, a lone minus, or text that is too long; an error points
// at the character, counted in runes.
//
// What must always hold: Parse never panics, whatever the bytes; every term's Text is valid UTF-8, non-empty, trimmed,
// with single spaces; Expression.String parses to an equal expression; token boundaries count: "pineapple" never
// contains the word "apple".
package query
