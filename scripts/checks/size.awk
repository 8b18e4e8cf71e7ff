# No C file over 800 lines, no function over 100. A function body is what stands between { and } in column 0.

function file_ends() {
	if (lines > 800) {
		printf "%s: %d lines, at most 800\n", file, lines
		wrong = 1
	}
}
FNR == 1 {
	file_ends()
	file = FILENAME
	start = 0
}
{ lines = FNR }
/^[A-Za-z_].*\(/ { signature = $0 }
/^{/ { start = FNR }
/^}/ && start {
	if (FNR - start - 1 > 100) {
		printf "%s:%d: %d lines, at most 100: %s\n", FILENAME, start, FNR - start - 1, signature
		wrong = 1
	}
	start = 0
}
END {
	file_ends()
	exit wrong
}
