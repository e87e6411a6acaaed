module github.com/seatkeeper/seatkeeper/examples

go 1.26.0

require (
	github.com/seatkeeper/seatkeeper v0.0.0
	github.com/stretchr/testify v1.12.1
)

require (
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sync v0.24.0 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)

replace github.com/seatkeeper/seatkeeper => ../
