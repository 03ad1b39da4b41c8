package worker

// The generated code is committed. To make it anew: protoc 3.21 (protobuf-compiler), protoc-gen-go v1.36.12 and
// protoc-gen-go-grpc v1.6.2 on the PATH.

//go:generate protoc --proto_path=. --go_out=workerpb --go_opt=paths=source_relative --go-grpc_out=workerpb --go-grpc_opt=paths=source_relative worker.proto
