# cmake -DSOURCE=DIR -DFILE=HEADER -P Revision.cmake: writes the revision of the sources into a header, and leaves the header
# alone when it says so already: then nothing is compiled again.
set(revision unknown)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)  # a .git further up is somebody else's
  execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty=-changed --abbrev=12 --exclude=*
                  OUTPUT_VARIABLE said OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(revision ${said})
  endif()
endif()
set(text "// Written by the build (tools/cmake/Revision.cmake).\n#pragma once\ninline constexpr auto kRevision = \"${revision}\";\n")
set(present "")
if(EXISTS ${FILE})
  file(READ ${FILE} present)
endif()
if(NOT present STREQUAL text)
  file(WRITE ${FILE} "${text}")
endif()
