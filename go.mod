module attache

go 1.26.8
