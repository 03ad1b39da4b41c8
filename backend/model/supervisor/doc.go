// Package supervisor owns every worker process and every model in memory: when they start, what they are given to do, how
// long they may take, when they end, and what the rest of the program may know about them.
//
// One goroutine (Supervisor.Run) holds all state; nobody else reads or changes it. Everybody sends it requests and reads
// immutable snapshots. What it decides stands in one place without goroutines, clocks or processes (core.go and its
// neighbours): an event comes in with the time, effects come out. Run carries the effects out, each in a goroutine of its
// own that reports back as an event, and waits for them all before it returns.
//
// A model is loaded by graph, one graph to a process: text (nothing else ever waits in that process) and image. Memory is
// given back by ending the process. A graph is known by its model and half (roster.go): while a library moves from one model
// to another, those of both may be in memory. Requests that name no model go to the one that answers; where both do not fit,
// the half of the other model makes room first, so that the one that reads questions stays. Photos are decoded by a pool of processes that hold no model; each is sent two photos
// and decodes one at a time, so that it never waits for the pipe.
//
// What always holds:
//   - Each graph is in exactly one state, and at most one process serves it.
//   - Each request is answered exactly once, whatever crashes, hangs, is unloaded or is stopped.
//   - A waiting request of a higher priority is begun before any of a lower one in the same queue.
//   - Work that was in flight in a worker that died, but had not been begun, is given to another worker; its caller never
//     learns of it. Work that had been begun gets the error, with Culprit set: its caller decides what becomes of it.
//   - No process is started before Ready, and when Run returns every process is reaped.
//   - Reading a snapshot changes nothing: no idle time starts anew because somebody looked.
package supervisor
