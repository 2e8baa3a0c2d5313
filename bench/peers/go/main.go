// SPDX-License-Identifier: Apache-2.0

// The Go client as a peer of the client benchmark; peer.hpp describes the protocol.
package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-zookeeper/zk"
)

type peer struct {
	connection *zk.Conn
	path       string
	data       []byte
	window     int
}

type silent struct{}

func (silent) Printf(string, ...interface{}) {}

// The client has blocking calls only: as many goroutines as operations in flight.
func (p *peer) pipelined(operation func() error, latencies []time.Duration) error {
	var next int64 = -1
	var failed atomic.Value
	var all sync.WaitGroup
	for i := 0; i < p.window; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for {
				index := atomic.AddInt64(&next, 1)
				if index >= int64(len(latencies)) {
					return
				}
				begun := time.Now()
				if err := operation(); err != nil {
					failed.Store(err)
					return
				}
				latencies[index] = time.Since(begun)
			}
		}()
	}
	all.Wait()
	if err, ok := failed.Load().(error); ok {
		return err
	}
	return nil
}

func (p *peer) get() error {
	data, _, err := p.connection.Get(p.path)
	if err == nil && len(data) != len(p.data) {
		err = fmt.Errorf("%d bytes", len(data))
	}
	return err
}

func (p *peer) set() error {
	_, err := p.connection.Set(p.path, p.data, -1)
	return err
}

func (p *peer) perform(script string, latencies []time.Duration) error {
	switch script {
	case "pipelined-get":
		return p.pipelined(p.get, latencies)
	case "pipelined-set":
		return p.pipelined(p.set, latencies)
	}
	for i := range latencies {
		begun := time.Now()
		if err := p.get(); err != nil {
			return err
		}
		latencies[i] = time.Since(begun)
	}
	return nil
}

func cpuUsed() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func (p *peer) turn(script string, count int) error {
	latencies := make([]time.Duration, count)
	if err := p.perform(script, latencies[:(count-1)/10+1]); err != nil {
		return err
	}
	begun, cpu := time.Now(), cpuUsed()
	if err := p.perform(script, latencies); err != nil {
		return err
	}
	wall := time.Since(begun)
	cpu = cpuUsed() - cpu
	sort.Slice(latencies, func(i, j int) bool { return latencies[i] < latencies[j] })
	percentile := func(percent int) float64 {
		return float64(latencies[(count-1)*percent/100].Nanoseconds()) / 1e3
	}
	fmt.Printf("%f %f %f %f\n", float64(count)/wall.Seconds(),
		float64(cpu.Nanoseconds())/1e3/float64(count), percentile(50), percentile(99))
	return nil
}

func run() error {
	size, err := strconv.Atoi(os.Args[3])
	if err != nil {
		return err
	}
	window, err := strconv.Atoi(os.Args[4])
	if err != nil {
		return err
	}
	connection, _, err := zk.Connect(os.Args[1:2], 10*time.Second, zk.WithLogger(silent{}))
	if err != nil {
		return err
	}
	p := &peer{connection, os.Args[2], make([]byte, size), window}
	if err := p.get(); err != nil {
		return err
	}
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var script string
		var count int
		if _, err := fmt.Sscan(lines.Text(), &script, &count); err != nil {
			return err
		}
		if err := p.turn(script, count); err != nil {
			return err
		}
	}
	connection.Close()
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
