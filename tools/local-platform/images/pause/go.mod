module local-platform/pause

go 1.24
