package main

import (
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// env is all that a command may know of the world around the process, so that
// tests can give it another.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	// lookup reads an environment variable.
	lookup func(name string) (string, bool)
	now    func() time.Time
	// isTTY reports whether a stream is a terminal.
	isTTY func(stream any) bool
}

func processEnv() env {
	return env{
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		lookup: os.LookupEnv,
		now:    time.Now,
		isTTY:  isTerminal,
	}
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colours reports whether a stream takes colour: a terminal, unless NO_COLOR
// is set or TERM is dumb (no-color.org).
func (e env) colours(stream any) bool {
	if v, _ := e.lookup("NO_COLOR"); v != "" {
		return false
	}
	if v, _ := e.lookup("TERM"); v == "dumb" {
		return false
	}
	return e.isTTY(stream)
}

// width is how many characters a line of a terminal has, 0 for what is none.
func (e env) width(stream any) int {
	f, ok := stream.(*os.File)
	if !ok || !e.isTTY(stream) {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}
