// SPDX-License-Identifier: Apache-2.0

// A process that holds a lock of go-zookeeper again and again, until its standard input ends, as
// the program contend of interop_recipes does:
//
//	contender HOSTS contend lock PATH IDENTIFIER JOURNAL
//
// contest.py describes the journal.
package main

import (
	"fmt"
	"io"
	"math/rand"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-zookeeper/zk"
)

type contender struct {
	hosts, path, identifier, marker string
	journal                         *os.File
	stopped                         atomic.Bool
}

func (c *contender) write(event, detail string) {
	if _, err := fmt.Fprintf(c.journal, "%s %s %s\n", event, c.identifier, detail); err != nil {
		panic(err)
	}
}

// live holds the lock again and again, with one session: what it leaves behind when it fails
// vanishes with that.
func (c *contender) live() error {
	conn, _, err := zk.Connect(strings.Split(c.hosts, ","), time.Second, zk.WithLogInfo(false))
	if err != nil {
		return err
	}
	defer conn.Close()
	for !c.stopped.Load() {
		lock := zk.NewLock(conn, c.path, zk.WorldACL(zk.PermAll))
		if err := lock.LockWithData([]byte(c.identifier)); err != nil {
			return err
		}
		if err := c.stayInside(conn); err != nil {
			return err
		}
		if err := lock.Unlock(); err != nil {
			return err
		}
	}
	return nil
}

// ownNode returns the path and the czxid of the node of the lock.
func (c *contender) ownNode(conn *zk.Conn) (string, int64, error) {
	names, _, err := conn.Children(c.path)
	if err != nil {
		return "", 0, err
	}
	for _, name := range names {
		data, stat, err := conn.Get(c.path + "/" + name)
		if err == nil && string(data) == c.identifier {
			return c.path + "/" + name, stat.Czxid, nil
		}
		if err != nil && err != zk.ErrNoNode {
			return "", 0, err
		}
	}
	return "", 0, fmt.Errorf("the node of the lock is gone")
}

func (c *contender) stayInside(conn *zk.Conn) error {
	node, czxid, err := c.ownNode(conn)
	if err != nil {
		return err
	}
	token := fmt.Sprint(czxid)
	held := &zk.CheckVersionRequest{Path: node, Version: -1}
	enter := &zk.CreateRequest{
		Path: c.marker, Acl: zk.WorldACL(zk.PermAll), Flags: zk.FlagEphemeral,
	}
	if _, err := conn.Multi(held, enter); err != nil {
		return err
	}
	markers, _, err := conn.Children(c.path + "-inside")
	if err != nil {
		return err
	}
	c.write("enter", token+" "+strings.Join(markers, " "))
	time.Sleep(time.Duration(rand.Intn(4000)) * time.Microsecond)
	c.write("leave", token)
	if _, err := conn.Multi(held, &zk.DeleteRequest{Path: c.marker, Version: -1}); err != nil {
		return err
	}
	c.write("kept", token)
	return nil
}

func main() {
	c := &contender{hosts: os.Args[1], path: os.Args[4], identifier: os.Args[5]}
	c.marker = c.path + "-inside/" + os.Args[3] + "-" + c.identifier
	journal, err := os.OpenFile(os.Args[6], os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		panic(err)
	}
	c.journal = journal
	go func() {
		io.Copy(io.Discard, os.Stdin)
		c.stopped.Store(true)
	}()
	for !c.stopped.Load() {
		if err := c.live(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}
