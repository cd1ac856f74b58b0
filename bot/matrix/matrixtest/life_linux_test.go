package matrixtest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

const holds = "MATRIXTEST_HOLDS"

// Not a test: what the next one kills.
func TestHoldsServers(t *testing.T) {
	if os.Getenv(holds) == "" {
		return
	}
	shared, own := Shared(t), Start(t)
	fmt.Println(holds, shared.dendrite.process.cmd.Process.Pid, own.dendrite.process.cmd.Process.Pid, shared.dendrite.dir)
	time.Sleep(time.Minute)
}

func TestNothingIsLeftOfAKilledTest(t *testing.T) {
	binary(t, "dendrite")
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldsServers$", "-test.v")
	cmd.Env = append(os.Environ(), holds+"=1", "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pids [2]int
	var dir string
	for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
		_, _ = fmt.Sscanf(lines.Text(), holds+" %d %d %s", &pids[0], &pids[1], &dir) // it is one of the lines
	}
	if err := cmd.Process.Kill(); err != nil || dir == "" {
		t.Fatalf("killing it: %v; it said nothing of a folder if that is empty: %q", err, dir)
	}
	_ = cmd.Wait() // it was killed
	for _, pid := range pids {
		Eventually(t, "a homeserver to end", func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH })
	}
	Eventually(t, "the folder to go", func() bool {
		_, err := os.Stat(dir)
		return os.IsNotExist(err)
	})
}
