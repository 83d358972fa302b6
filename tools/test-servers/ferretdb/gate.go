package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
)

// gate lets one write at a time through to FerretDB, as its updates are not atomic: it finds the documents, then writes
// them, and holds no lock in between. Of sixteen racing updates with the same guard, all sixteen win; in MongoDB, one does.
type gate struct {
	socket string
	write  sync.Mutex
}

func (g *gate) serve(listener net.Listener) error {
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		go g.connect(client)
	}
}

func (g *gate) connect(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", g.socket)
	if err != nil {
		return
	}
	defer server.Close()

	requests, responses := bufio.NewReader(client), bufio.NewReader(server)
	for {
		request, err := readMessage(requests)
		if err != nil {
			return
		}
		response, err := g.exchange(request, server, responses)
		if err != nil {
			return
		}
		if _, err := client.Write(response); err != nil {
			return
		}
	}
}

// exchange never waits for the client, so that one who stops reading does not keep the others from writing.
func (g *gate) exchange(request []byte, server io.Writer, responses io.Reader) ([]byte, error) {
	if isWrite(request) {
		g.write.Lock()
		defer g.write.Unlock()
	}
	if _, err := server.Write(request); err != nil {
		return nil, err
	}
	return readMessage(responses)
}

const (
	headerLength = 16
	// What MongoDB accepts.
	maxMessageLength = 48_000_000
	opMsg            = 2013
)

func readMessage(from io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(from, length[:]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(length[:])
	if size < headerLength || size > maxMessageLength {
		return nil, errors.New("no MongoDB message")
	}
	message := make([]byte, size)
	copy(message, length[:])
	_, err := io.ReadFull(from, message[len(length):])
	return message, err
}

var writes = map[string]bool{
	"insert": true, "update": true, "delete": true, "findAndModify": true, "findandmodify": true,
}

// isWrite looks at the name of the first field of the message's first document, which is the command's.
func isWrite(message []byte) bool {
	// After the header: flags (4 bytes), kind of section (1), size of the document (4), type of the field (1).
	const name = headerLength + 4 + 1 + 4 + 1
	if len(message) <= name || binary.LittleEndian.Uint32(message[12:]) != opMsg {
		return false
	}
	command, _, found := bytes.Cut(message[name:], []byte{0})
	return found && writes[string(command)]
}
