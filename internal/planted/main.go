// Command planted shows that the tests notice faults. For each patch of its folder it runs
// the tests that the patch names, on the files as the patch leaves them, and prints the
// tests that failed. A fault that no test notices ends it with status 1.
//
//	go run ./internal/planted            # every patch
//	go run ./internal/planted -run key   # those with "key" in their name
//
// A patch begins with lines that say what it breaks and which tests notice it, and goes on
// as "git diff" prints it:
//
//	# what: the revision is not compared on commit
//	# test: ./memstore TestStore/conformance
//
// A test is the folder of a package and an expression for "go test -run". The first
// of the tests that fails is enough.
//
// The working tree stays as it is: "go test -overlay" reads the patched files in the place
// of the original ones, so the build cache holds whatever a patch does not touch.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

func main() {
	log.SetFlags(0)
	name := flag.String("run", "", "an expression that the names of the patches match")
	list := flag.Bool("list", false, "print what the patches break, and run nothing")
	parallel := flag.Int("p", 2, "how many faults are tried at once")
	flag.Parse()
	chosen, err := regexp.Compile(*name)
	if err != nil {
		log.Fatal("planted: -run: ", err)
	}
	faults, err := read("internal/planted", chosen)
	if err != nil {
		log.Fatal("planted: run it from the root of the repository: ", err)
	}
	if *list {
		for _, f := range faults {
			fmt.Printf("%-36s %s\n", f.name, f.what)
		}
		return
	}
	if err := run(faults, max(1, *parallel)); err != nil {
		log.Fatal("planted: ", err)
	}
}

// run tries the faults, some at once, and prints a line for each.
func run(faults []fault, parallel int) error {
	began := time.Now()
	var (
		mu       sync.Mutex
		errs     []error
		survived int
		group    sync.WaitGroup
	)
	slots := make(chan struct{}, parallel)
	for _, f := range faults {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			began := time.Now()
			caught, err := f.plant()
			mu.Lock()
			defer mu.Unlock()
			verdict := "caught by " + strings.Join(caught, ", ")
			switch {
			case err != nil:
				errs = append(errs, fmt.Errorf("%s: %w", f.name, err))
				verdict = "FAILED"
			case len(caught) == 0:
				survived++
				verdict = "SURVIVED " + strings.Join(f.commands(), ", ")
			}
			fmt.Printf("%-36s %5.1fs  %s\n", f.name, time.Since(began).Seconds(), verdict)
		})
	}
	group.Wait()
	fmt.Printf("%d faults, %d survived, %.0fs\n", len(faults), survived, time.Since(began).Seconds())
	if survived > 0 {
		errs = append(errs, errors.New("there are faults that no test notices"))
	}
	return errors.Join(errs...)
}

// A fault is a patch that breaks something.
type fault struct {
	name, path string
	what       string
	tests      []test
}

// A test is what must notice a fault: some tests of a package.
type test struct{ folder, run string }

var (
	whatLine = regexp.MustCompile(`(?m)^# what: (\S.*)$`)
	testLine = regexp.MustCompile(`(?m)^# test: (\./\S*) (\S+)$`)
	fileLine = regexp.MustCompile(`(?m)^--- a/(\S+)$`)
)

// read returns the faults whose names match, in order of name.
func read(folder string, chosen *regexp.Regexp) ([]fault, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.patch"))
	if err != nil || len(paths) == 0 {
		return nil, errors.Join(err, errNoPatches)
	}
	var faults []fault
	for _, path := range slices.Sorted(slices.Values(paths)) {
		f := fault{name: strings.TrimSuffix(filepath.Base(path), ".patch")}
		if !chosen.MatchString(f.name) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if f.path, err = filepath.Abs(path); err != nil {
			return nil, err
		}
		if what := whatLine.FindSubmatch(text); what != nil {
			f.what = string(what[1])
		}
		for _, m := range testLine.FindAllSubmatch(text, -1) {
			f.tests = append(f.tests, test{string(m[1]), string(m[2])})
		}
		if f.what == "" || len(f.tests) == 0 {
			return nil, fmt.Errorf("%s: a patch begins with lines \"# what: ...\" and \"# test: ./folder expression\"", path)
		}
		faults = append(faults, f)
	}
	return faults, nil
}

var errNoPatches = errors.New("there are no patches")

// overlay applies the patch to copies of its files in the folder, and returns the file that
// tells "go test" of them. A patch changes files; it adds and removes none.
func (f fault) overlay(folder string) (path string, err error) {
	text, err := os.ReadFile(f.path)
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for _, m := range fileLine.FindAllSubmatch(text, -1) {
		name := string(m[1])
		original, err := filepath.Abs(name)
		if err != nil {
			return "", err
		}
		text, err := os.ReadFile(original)
		if err != nil {
			return "", err
		}
		replace[original] = filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(replace[original]), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(replace[original], text, 0o644); err != nil {
			return "", err
		}
	}
	if _, err := output(folder, "git", "apply", f.path); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path = filepath.Join(folder, "overlay.json")
	return path, os.WriteFile(path, list, 0o644)
}

var failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// plant runs the tests of the fault until one fails, and returns the innermost tests that
// failed. A fault that does not build is an error.
func (f fault) plant() (caught []string, err error) {
	folder, err := os.MkdirTemp("", "planted-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	overlay, err := f.overlay(folder)
	if err != nil {
		return nil, err
	}
	for _, t := range f.tests {
		text, failed := output(".", "go", "test", "-overlay", overlay, "-vet=off", "-count=1", "-run", t.run, t.folder)
		switch {
		case bytes.Contains(text, []byte("[no tests to run]")), bytes.Contains(text, []byte("no test files")):
			return nil, fmt.Errorf("%s: there is no test %s", t.folder, t.run)
		case failed == nil:
			continue
		case bytes.Contains(text, []byte("[build failed]")), bytes.Contains(text, []byte("[setup failed]")):
			return nil, failed
		}
		return innermost(text), nil
	}
	return nil, nil
}

// innermost returns the tests that failed, without those that failed for a subtest.
func innermost(text []byte) (names []string) {
	for _, m := range failedTest.FindAllSubmatch(text, -1) {
		names = append(names, string(m[1]))
	}
	all := slices.Clone(names)
	names = slices.DeleteFunc(names, func(n string) bool {
		return slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(other, n+"/") })
	})
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprint(len(names)-3, " more"))
	}
	if len(names) == 0 {
		return []string{"a panic or the end of the process"}
	}
	return names
}

func (f fault) commands() []string {
	var all []string
	for _, t := range f.tests {
		all = append(all, "go test -run "+t.run+" "+t.folder)
	}
	return all
}

// output runs a program in a folder and returns what it printed, also where it failed.
func output(folder, program string, arguments ...string) ([]byte, error) {
	c := exec.Command(program, arguments...)
	c.Dir = folder
	text, err := c.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w\n%s", program, strings.Join(arguments, " "), err, text)
	}
	return text, err
}
