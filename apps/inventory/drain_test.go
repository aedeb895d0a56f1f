package main

import (
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
)

// start serves until the function it returns is called, which waits for the end of the drain.
func start(t *testing.T, handler http.HandlerFunc, times drainTimes) (url string, drain func() error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan os.Signal, 1)
	ended := make(chan error, 1)
	go func() { ended <- serve(listener, handler, stop, times) }()
	return "http://" + listener.Addr().String(), func() error {
		stop <- syscall.SIGTERM
		return <-ended
	}
}

func TestDrainLosesNoRequestOfBusyConnections(t *testing.T) {
	url, drain := start(t, func(http.ResponseWriter, *http.Request) {}, drainTimes{500 * time.Millisecond, 5 * time.Second})
	var clients sync.WaitGroup
	for range 20 {
		clients.Add(1)
		go func() {
			defer clients.Done()
			client := &http.Client{Transport: &http.Transport{}}
			// A client stays on its connection until it is told that it ends.
			for ended := false; !ended; {
				answer, err := client.Get(url)
				if err != nil {
					t.Error(err)
					return
				}
				answer.Body.Close()
				ended = answer.Close
			}
		}()
	}
	time.Sleep(100 * time.Millisecond)
	if err := drain(); err != nil {
		t.Error(err)
	}
	clients.Wait()
}

func TestDrainWaitsForSlowRequestsAndCutsEndlessOnes(t *testing.T) {
	for _, test := range []struct {
		takes, budget time.Duration
		served        bool
	}{{300 * time.Millisecond, 5 * time.Second, true}, {time.Second, 50 * time.Millisecond, false}} {
		url, drain := start(t, func(http.ResponseWriter, *http.Request) { time.Sleep(test.takes) }, drainTimes{0, test.budget})
		served := make(chan bool, 1)
		go func() {
			_, err := http.Get(url)
			served <- err == nil
		}()
		time.Sleep(100 * time.Millisecond)
		if err := drain(); err != nil {
			t.Error(err)
		}
		if <-served != test.served {
			t.Errorf("a request of %v with a budget of %v: served = %v", test.takes, test.budget, !test.served)
		}
	}
}
