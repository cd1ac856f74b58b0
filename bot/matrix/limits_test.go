package matrix

func faults(words) []string { return nil }
