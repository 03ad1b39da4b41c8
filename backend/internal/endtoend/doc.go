// Package endtoend holds the tests of the program as a whole: the real executables, built once, with real child processes,
// the real starter model and real files. It has no code of its own. What a test of one package can prove is proved there.
//
// # What the program says to bad input
//
// In every case the other photos are indexed, no original is changed, and the code is as listed. 3 means that something was
// left out and is named.
//
//	a folder that is not there, is a file, may not be read     a sentence, before anything is done            1
//	an empty folder                                            nothing found, said so                          0
//	a folder or file inside that may not be read               named with the reason, tried again              3
//	a folder that vanishes while it is indexed                 offline, its rows and vectors stay              0 or 3
//	a picture that is broken, too large, or none               named with the reason, retried when it changes  3
//	pipes, sockets, devices, links, hidden files               passed by                                       0
//	a picture that ends or hangs its decoder twice             quarantined with the reason                     3
//	a picture that needs more memory than a decoder may take   named with the reason, the decoder is bounded   3
//	index.db damaged                                           moved aside and kept, read again from photos    0
//	decisions.db damaged                                       moved aside and kept, newest copy restored      0
//	a database of a newer version or another program           a sentence, left as it is                       1
//	a database locked by another program                       a sentence, after waiting                       1
//	a full disk                                                a sentence, what was done is kept               1
//	a library that can only be read                            searched; a sentence when it has to be written  1
//	models missing, altered, truncated                         indexed and found by names, vectors follow      3
//	a model whose weights lie outside of its folder            refused, nothing outside is opened; likewise    3
//	ONNX Runtime missing, no library, or of another version    likewise                                        3
//	a manifest of a model that is not accepted                 a note; other models work                       0
//	a program killed while it downloads a model                half of it is no model, the next run goes on       0
//	a settings file with an unknown key or a wrong value       a sentence that names it                        1
//	SIGINT, SIGTERM                                            what was done is kept, no child is left         1
package endtoend
