// A server for tests where there is no MongoDB: FerretDB on SQLite.
//
//	ferretdb 127.0.0.1:27017 data-folder
package main

import (
	"context"
	"log"
	"net"
	"os"
	"path/filepath"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: ferretdb address data-folder")
	}
	address, folder := os.Args[1], os.Args[2]
	socket := filepath.Join(folder, "socket")

	// A server that was killed leaves it behind.
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		log.Fatal(err)
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Handler:   "sqlite",
		SQLiteURL: "file:" + folder + "/",
	})
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(server.Run(context.Background())) }()

	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal((&gate{socket: socket}).serve(listener))
}
