import { join } from 'node:path';
import type { Stack } from '../stack.ts';

const routes = `package main

import (
	"net/http"
	"os"
	"strconv"
	"time"
)

func addTrialRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /slow/{ms}", func(w http.ResponseWriter, r *http.Request) {
		ms, _ := strconv.Atoi(r.PathValue("ms"))
		time.Sleep(time.Duration(ms) * time.Millisecond)
		writeJSON(w, http.StatusOK, ms)
	})
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		if body, ok := readJSON(w, r); ok {
			writeJSON(w, http.StatusOK, body)
		}
	})
	mux.HandleFunc("GET /call", func(w http.ResponseWriter, r *http.Request) {
		request, _ := http.NewRequestWithContext(r.Context(), "GET", os.Getenv("NEIGHBOUR"), nil)
		answer, err := client.Do(request)
		if err != nil {
			panic(err)
		}
		answer.Body.Close()
		writeJSON(w, http.StatusOK, map[string]int{"status": answer.StatusCode})
	})
}
`;

export const go: Stack = {
  name: 'go',
  program: ({ dist, name }) => ({ command: join(dist, name), args: [], cwd: dist }),
  isForeign: (path, { name }) => path !== name,
  addTrialRoutes(service) {
    service.write('trial_routes.go', routes);
    service.edit('main.go', 'addGreetings(mux)\n', 'addGreetings(mux)\n\taddTrialRoutes(mux)\n');
  },
};
