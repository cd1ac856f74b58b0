package feeds

import (
	"os"
	"strconv"
	"strings"
)

// peakMemory is the most memory this process has held since resetPeak, in kB; 0
// where the system does not say (proc(5), VmHWM).
func peakMemory() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kb, _ := strconv.Atoi(strings.Fields(after + " 0")[0])
	return kb
}

func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }
