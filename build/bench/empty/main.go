//go:build !bindings

// Command empty is a Wails window with a title and a text field: what a window costs that does nothing. The program's own
// window is measured against it.
package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
)

//go:embed all:page
var files embed.FS

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "empty:", err)
		os.Exit(1)
	}
}

func run() error {
	page, err := fs.Sub(files, "page")
	if err != nil {
		return err
	}
	return wails.Run(&options.App{
		Title: "Empty",
		Width: 1280, Height: 800, MinWidth: 800, MinHeight: 600,
		BackgroundColour: options.NewRGB(0xf6, 0xf6, 0xf4),
		AssetServer:      &assetserver.Options{Assets: page},
		// As the program has it, so that nothing but what the program does makes a difference.
		Linux: &linux.Options{ProgramName: "empty", WebviewGpuPolicy: linux.WebviewGpuPolicyOnDemand},
	})
}
