// Package serve is the child's side of package worker: what pixel-detective-worker does once it runs.
//
// What it owns: the file descriptors that the child inherited, its limits, its sandbox, and the roles. It is the only
// package that imports picture and encoder; nothing of the parent's side may import it.
//
// What must always hold:
//   - stdout belongs to the protocol. It is moved away before native code runs, and what native code prints goes to stderr.
//   - The process exits when its stdin closes, whatever it is doing, also inside native code.
//   - One photo is decoded at a time, and none before the parent knows which.
//   - The decode role takes no photo before its sandbox is closed. What the kernel cannot give is said in the welcome.
//   - A model's bytes are checked by the encoder before the runtime sees them; the child only passes on why not.
package serve
