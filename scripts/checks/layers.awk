# Includes point downwards only: cmd > sync > connectors/x > files > connectors (the contract), map, state > model, net >
# base. connectors, map and state do
# not know each other, a connector knows no other connector, and nobody but its own folder and the registry in
# lib/connectors/ knows a connector. Prints each include that breaks this. Arguments: the C files of cmd and lib.

BEGIN {
	may["cmd"] = " sync connectors map state model net base "
	may["sync"] = " sync connectors map state model net base "
	may["connectors"] = " connectors files model net base "
	may["files"] = " files connectors model net base "
	may["map"] = " map net base "
	may["state"] = " state model net base "
	may["net"] = " net base "
	may["model"] = " model base "
	may["base"] = " base "
}
FNR == 1 {
	depth = split(FILENAME, part, "/")
	room = part[1] == "cmd" ? "cmd" : part[2]
	vendor = room == "connectors" && depth > 3 ? part[3] : ""
	owner = vendor != "" ? vendor : room
}
function bad(why) {
	printf "%s:%d: %s: %s\n", FILENAME, FNR, $0, why
	wrong = 1
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	n = split(quoted[2], to, "/")
	if (quoted[2] ~ /\.\./) {
		bad("no way up in a path")
	} else if (n == 1) {
		next
	} else if (to[1] == "embedded") {
		if (index(to[2], owner "_") != 1 && to[2] != "file.h")
			bad("embedded texts belong to their folder")
	} else if (!index(may[room], " " to[1] " ")) {
		bad(room " does not know " to[1])
	} else if (to[1] == "connectors" && n > 2) {
		if (vendor != "" && to[2] != vendor)
			bad(vendor " does not know " to[2])
		else if (room != "connectors")
			bad("go through connectors/connector.h")
	}
}
END { exit wrong }
