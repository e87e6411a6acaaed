// Command planted shows that the tests notice faults. It applies the patches of its folder
// one by one to a copy of the repository, runs the tests that a patch names, and prints
// which of them failed. A fault that no test notices ends it with status 1.
//
//	go run ./internal/planted            # every patch
//	go run ./internal/planted -run key   # those with "key" in their name
//
// A patch begins with lines that say what it breaks and what notices it, and goes on as
// "git diff" prints it:
//
//	# what: the revision is not compared on commit
//	# test: ./memstore TestStore/conformance
//
// A test is the folder of a package and an expression for "go test -run". The first
// of the tests that fails is enough.
package main

import (
	"bytes"
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
	"time"
)

func main() {
	log.SetFlags(0)
	name := flag.String("run", "", "an expression that the names of the patches match")
	list := flag.Bool("list", false, "print what the patches break, and run nothing")
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
	if err := run(faults); err != nil {
		log.Fatal("planted: ", err)
	}
}

// run plants the faults one by one and prints a line for each.
func run(faults []fault) error {
	folder, err := os.MkdirTemp("", "planted-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := duplicate(folder); err != nil {
		return err
	}
	survived := 0
	for _, f := range faults {
		began := time.Now()
		caught, err := f.plant(folder)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		verdict := "caught by " + strings.Join(caught, ", ")
		if len(caught) == 0 {
			survived++
			verdict = "SURVIVED " + strings.Join(f.commands(), ", ")
		}
		fmt.Printf("%-36s %5.1fs  %s\n", f.name, time.Since(began).Seconds(), verdict)
	}
	fmt.Printf("%d faults, %d caught, %d survived\n", len(faults), len(faults)-survived, survived)
	if survived > 0 {
		return errors.New("there are faults that no test notices")
	}
	return nil
}

// A fault is a patch that breaks something.
type fault struct {
	name, path string
	what       string
	tests      []test
}

// A test is what shall notice a fault: some tests of a package.
type test struct{ folder, run string }

var (
	whatLine = regexp.MustCompile(`(?m)^# what: (\S.*)$`)
	testLine = regexp.MustCompile(`(?m)^# test: (\./\S*) (\S+)$`)
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

// duplicate copies the files that git tracks, and those it would, into the folder.
func duplicate(folder string) error {
	files, err := output(".", "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(files), "\x00"), "\x00") {
		text, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, and not committed yet
		}
		if err != nil {
			return err
		}
		target := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

var failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// plant applies the fault, runs its tests until one fails, and takes the fault out. It
// returns the innermost tests that failed. What does not build is an error.
func (f fault) plant(folder string) (caught []string, err error) {
	if _, err := output(folder, "git", "apply", f.path); err != nil {
		return nil, err
	}
	defer func() {
		_, undone := output(folder, "git", "apply", "--reverse", f.path)
		err = errors.Join(err, undone)
	}()
	for _, t := range f.tests {
		text, failed := output(folder, "go", "test", "-count=1", "-short", "-run", t.run, t.folder)
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
