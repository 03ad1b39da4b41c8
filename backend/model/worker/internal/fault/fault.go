// Package fault does in native code what a broken library would: it hangs, prints, aborts, eats memory. Tests put it into
// a child's engines; nothing else imports it.
package fault

/*
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fault_hang(void) { volatile unsigned long n = 0; for (;;) n++; }
static void fault_print(const char *s) { printf("%s\n", s); fflush(stdout); ssize_t n = write(1, s, strlen(s)); (void)n; }
static void fault_eat(void) {
	const size_t step = 64u << 20;
	for (;;) {
		char *p = malloc(step);
		if (p == NULL) abort();
		memset(p, 1, step);
	}
}
*/
import "C"

import "unsafe"

// Hang spins in native code for good.
func Hang() { C.fault_hang() }

// Abort calls abort.
func Abort() { C.abort() }

// Print prints s to the C library's stdout and writes it to descriptor 1.
func Print(s string) {
	c := C.CString(s)
	defer C.free(unsafe.Pointer(c))
	C.fault_print(c)
}

// Eat allocates and fills memory until there is none, then aborts.
func Eat() { C.fault_eat() }
