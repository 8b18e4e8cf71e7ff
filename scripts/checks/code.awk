# Print C files as "file:line:code": comments and the insides of strings and character constants are
# gone, so that what is looked for afterwards is code. The one comment kept is "/* not money */".
FNR == 1 {
	in_comment = 0
}
{
	out = ""
	n = length($0)
	for (i = 1; i <= n; i++) {
		c = substr($0, i, 1)
		two = substr($0, i, 2)
		if (in_comment) {
			if (two == "*/") {
				in_comment = 0
				i++
			}
		} else if (two == "/*") {
			in_comment = 1
			i++
		} else if (two == "//") {
			break
		} else if (c == "\"" || c == "'") {
			out = out c
			for (i++; i <= n && substr($0, i, 1) != c; i++)
				if (substr($0, i, 1) == "\\")
					i++
			out = out c
		} else {
			out = out c
		}
	}
	if (index($0, "/* not money */"))
		out = out " /* not money */"
	print FILENAME ":" FNR ":" out
}
