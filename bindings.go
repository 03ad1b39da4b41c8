//go:build bindings

package main

import (
	"log"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
)

// main writes frontend/wailsjs and opens no window.
func main() {
	if err := wails.Run(&options.App{Bind: []any{&App{}}}); err != nil {
		log.Fatal(err)
	}
}
