// Package backend puts the program together: Open makes every part, Run runs the services until the context ends, and the
// window and the command line speak to the parts through it.
//
// # The house
//
//	photo/           the nouns: ID, Metadata, Tag, ModelRef. Imports nothing
//	config/          where files are; settings, each with one default, range and sentence
//	logging/         zerolog to a rotating file and to a terminal, with names escaped
//	picture/         bytes → upright pixels, thumbnail, metadata, fingerprints. Worker side only
//	model/
//	  catalog/       manifests of models: which there are, which are here, whether they are unaltered
//	  install/       models' files come and go: downloads, folders, what was received. The only one on the network
//	  encoder/       model families behind two interfaces. Worker side only
//	  worker/        the protocol over a child's pipes, and its client; worker/serve is the child
//	  supervisor/    owns every child and every model in memory; queue, budgets, snapshot
//	library/
//	  store/         SQLite: index.db, thumbs.db, decisions.db; the lease; the change feed. The only SQL
//	  folder/        what is on disk: walk and watch
//	  indexer/       pending file → photo
//	search/          words or picture → hits with evidence; query/ the language, vector/ the matrix and its kernels,
//	                 quality/ how good the answers are
//	window/          what crosses to the page: shapes (api.go), the Bridge behind bound calls and pushed states, the media
//	                 and listing handlers, settings, candidates
//	models.go        which model answers and which one is wanted
//	desktop.go       the program behind a window: opens the library after the first paint, keeps each service going
//	desktop/         the window's process: command line, one instance, background, trace of the start
//	command/         the command line
//	cmd/             pixel-detective (console), pixel-detective-worker: mains of a few lines
//	internal/atomicfile, internal/filelock  files that are there whole or not at all; locks that end with their process
//	internal/pause   waiting that ends with its context
//	internal/testkit fixtures and fault injection for tests
//
// Imports point down only (.golangci.yml holds it): photo, config, logging → picture, catalog, encoder → worker →
// supervisor; catalog → install; store → folder → indexer; supervisor, store → search → window → backend → command,
// desktop → cmd, main. Only worker/serve imports picture and encoder: the process that holds a person's database links
// neither libvips nor ONNX Runtime. Only main.go and app.go know the window's framework.
//
// # What must always hold
//
//   - Originals are opened for reading only. Nothing in this program writes to, moves or deletes a photo.
//   - Nothing leaves: no package of this module opens a connection or a port but model/install, and that only to fetch the
//     files of a model that a person asked for, from the addresses in its manifest. Workers are spoken to over pipes.
//   - Identity is content: a photo is the SHA-256 of its bytes, wherever it lies. Work done for content is never owed
//     twice.
//   - A photo is searchable if and only if its transaction committed (library/indexer/doc.go).
//   - Vectors of two models are never compared.
//   - One process at a time indexes, watches and migrates a library: the one that holds the lease, an OS file lock that
//     dies with it. Everybody else reads, decides, and asks the holder (scan requests).
//   - A goroutine has an owner that waits for it. When Run returns, nothing runs and no child lives.
//   - No child process is started before Ready.
//   - Bad input is a row with a reason, never a stop.
//
// # The window
//
// OpenDesktop makes the Bridge and opens nothing but the log; the window paints, Run opens the library (a few
// milliseconds, but a migration, a look through a damaged file or a slow disk may take long) and attaches it. Until then
// calls wait, and State shows what is known. The page calls Ready when it has painted; only then children start. A State
// is whole and cheap: its numbers are read in the background, at most a tenth of the time. A service that fails becomes a
// notice and is tried again; the others go on.
//
// # Two processes on one library
//
// `index` beside a running `watch` finds the lease held. It then leaves its wish in the table of scan requests and
// follows the change feed until the holder has done it. `search` needs no lease: it reads with its own connection and
// follows the feed.
//
// # Which model answers
//
// Three notions, each in one place. Wanted is the person's choice (`models use`), kept in decisions.db since it is a choice:
// it outlives a lost index.db, and every process on the library sees it; without one, the best model that is installed
// (models.go: ModelUse). Answering is the model whose vectors answer, recorded in index.db; it changes in one transaction
// (store: Switch), by the holder of the lease alone, and the change feed tells the others. What a model has seen is its
// vectors, by photo; those of the model before stay until they are pruned, so that the way back is short. Every process looks
// once a second what is in use, and tells its supervisor. The settings file would not do for the choice: nothing follows it.
//
// # Where the code differs from the first design
//
//   - A photo's whole bytes go to the decode worker, of RAW files too: finding the preview in them is parsing, and the
//     parent parses nothing. It costs about 2 ms a MB on the pipe.
//   - Model files are named to the worker by path, unlike photos: the child reads the file once, and hashes, checks and
//     loads those very bytes.
//   - A model input is made in the decode worker, from the one pixel buffer, as bytes; only normalising is left to the
//     image worker. So the heavy resize runs beside inference, and 442 kB cross instead of the whole picture.
//   - A directory row keeps a digest of its listing. A rescan of an unchanged directory reads that one row.
//   - Decode is a conversation: the child says which photo it takes up, and waits for the parent's nod before it does. A
//     message alone could still lie in the child's buffers when the photo kills it.
//   - A picture is shrunk while it is decoded as long as both sides stay 750 px, not 768: a quarter of the most common
//     sensor's shorter side (3000) is 750, and photos of it decode a quarter faster; the cosine of the embeddings is .99995.
//   - The first pass of the vector scan is int8 on 128 principal axes, from 32 MiB of codes on; a 1-bit pass was slower at
//     the same recall. How widely scores are spread is corrected on a sample, and a query that lies across the axes is
//     scanned in full.
//   - The cache of optimised graphs is kept for the memory it saves (30 to 36 MB a worker): for the starter it saves no time,
//     since its files are larger than the model's and are hashed before they are loaded.
//   - `status --json` is the snapshot with one more field, "library": what it holds, who keeps it, and its folders. The
//     holder of the lease keeps its snapshot in status.json, so that other processes print the same.
//   - The window opens the library after it was asked for, not before: the bridge answers calls from its first moment, with
//     what is known, or waits. A library that cannot be opened is tried again while the window says why.
//   - A second start is known by a file lock in the library (a window for each library, not one a desktop), and asks by a
//     file that fsnotify sees; removing that file is the answer. The D-Bus way of the framework would need a session bus.
//   - Taking a folder out only retires it: it and its files are out of every list of folders, and its path is free, in one
//     small transaction. Its rows go in the background, and after a kill at the next start.
//   - A listing crosses as columns (day, shape, flags), its photos' ids in blocks of 256 when they come into view: 8 bytes
//     a photo instead of 40. Its name follows from its content, so a listing that did not change is not sent again.
//   - The numbers that a State shows are read with a rest of ten times their cost in between, and those of each folder of
//     fifty times. They lag behind in a large library; the last change is always read.
//   - Host, Origin, Referer and Sec-Fetch-Site of requests are checked, since WebKit leaves Origin out on its own schemes.
//   - The window may be closed from when its page was loaded, or ten seconds after it was opened: GTK ends the process by a
//     fault when its loop is ended before it runs, or twice.
//   - The page is painted before its code runs: a shell with the search box, or with Start, stands in the page's text, and
//     what is typed into it is taken over. The first frame comes 80 ms after the page is asked for instead of 190.
//   - Settings hold at once where a running part can follow; of all others the page says that the next start takes them up.
//   - Inferences are counted before they are sent, so that a kill hides none; files hashed and photos decoded are counted
//     just before the transaction that they lead to.
package backend
