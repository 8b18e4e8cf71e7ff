# erpsync_embed(<folder> FILES <files...> OUT <variable>): make those of the files that stand in the folder part
# of the program; the variable gets the generated source.
#
# A text file in lib/connectors/<x>/graphql/*.graphql, lib/state/migrations/*.sql or any embed/ folder of a
# module becomes a C string: put the file there, nothing else to do. For the folder lib/connectors/shopify/graphql
# (the name drops lib/ and connectors/) code says
#
#	#include "embedded/shopify_graphql.h"
#
# and has, for orders.graphql, `embedded_shopify_graphql_orders` (NUL-terminated), and all files of the folder,
# sorted by name, in the table `embedded_shopify_graphql[]` of struct embedded_file, which ends with a NULL name.
#
# The text is written as character constants, so quotes, newlines, UTF-8 and any length are safe. It happens while
# CMake configures, and again whenever a file is added or changed.

function(erpsync_embed folder)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUT" "FILES")
	file(RELATIVE_PATH path "${CMAKE_SOURCE_DIR}/lib" "${folder}")
	string(REGEX REPLACE "^connectors/" "" path "${path}")
	string(MAKE_C_IDENTIFIER "${path}" name)
	string(TOUPPER "${name}" guard)

	set(declarations "")
	set(definitions "")
	set(rows "")
	foreach(file IN LISTS arg_FILES)
		get_filename_component(home "${file}" DIRECTORY)
		if(NOT home STREQUAL folder)
			continue()
		endif()
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
		get_filename_component(base "${file}" NAME)
		get_filename_component(stem "${file}" NAME_WLE)
		string(MAKE_C_IDENTIFIER "embedded_${name}_${stem}" symbol)
		file(READ "${file}" hex HEX)
		string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
		string(REPLACE "'\\x0a'," "'\\n',\n" bytes "${bytes}")
		string(APPEND declarations "extern const char ${symbol}[];\n")
		string(APPEND definitions "const char ${symbol}[] = {\n${bytes}'\\0'};\n\n")
		string(APPEND rows "\t{\"${base}\", ${symbol}, sizeof(${symbol}) - 1},\n")
	endforeach()

	set(dir "${CMAKE_BINARY_DIR}/generated")
	file(CONFIGURE OUTPUT "${dir}/embedded/${name}.h" @ONLY CONTENT
"#ifndef ERPSYNC_EMBEDDED_${guard}_H
#define ERPSYNC_EMBEDDED_${guard}_H

#include \"embedded/file.h\"

${declarations}extern const struct embedded_file embedded_${name}[];

#endif
")
	file(CONFIGURE OUTPUT "${dir}/embedded/${name}.c" @ONLY CONTENT
"#include \"embedded/${name}.h\"

${definitions}const struct embedded_file embedded_${name}[] = {
${rows}\t{NULL, NULL, 0},
};
")
	file(CONFIGURE OUTPUT "${dir}/embedded/file.h" @ONLY CONTENT
"#ifndef ERPSYNC_EMBEDDED_FILE_H
#define ERPSYNC_EMBEDDED_FILE_H

#include <stddef.h>

struct embedded_file {
	const char *name; /* as in its folder, e.g. 0001-start.sql; NULL ends a table */
	const char *text; /* NUL-terminated */
	size_t size;      /* without the NUL */
};

#endif
")
	set(${arg_OUT} "${dir}/embedded/${name}.c" PARENT_SCOPE)
endfunction()
