// Package worker starts child processes and speaks with them. It is the parent's side: the child's is worker/serve.
//
// Why processes: a native library that crashes takes one child along and names the photo that did it, a model's memory
// returns to the system when its process ends, a query never waits behind a batch of photos, and what parses foreign
// bytes can be locked in.
//
// What it owns: the protocol (worker.proto, workerpb), the pipes, the life of one child from Start to its reaping, the
// translation of errors, and the check of everything a child says.
//
// What must always hold:
//   - A child that was started is reaped, whatever happens: no zombie. It ends when its stdin closes, also inside native
//     code: so it never outlives its parent.
//   - A call ends when its context ends or when its child does, even if the child hangs.
//   - A child is not trusted. A wrong length, a NaN, an absurd number in a reply is an error of that call, never a panic.
//   - If a child dies while it has a photo in hand, exactly the call whose photo was begun is the culprit.
//   - Photos cross as bytes, never as paths. No port is opened.
//   - A child gets a small environment: no proxies, no tokens.
package worker
