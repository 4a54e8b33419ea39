# `cmake --install`: program, libraries, headers, a CMake package and the documents.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(WINGMQ_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/wingmq)

# wingmq_install_library(NAME): installs the library wingmq_NAME with its public headers as wingmq::NAME.
# Each library has its own export file, so that who asks for core alone needs none of net's dependencies.
function(wingmq_install_library name)
  set_target_properties(wingmq_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS wingmq_${name} EXPORT wingmq-${name} FILE_SET HEADERS)
  install(EXPORT wingmq-${name} NAMESPACE wingmq:: DESTINATION ${WINGMQ_CMAKE_DIR})
endfunction()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/wingmqConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/wingmqConfig.cmake INSTALL_DESTINATION ${WINGMQ_CMAKE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/wingmqConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/wingmqConfig.cmake ${PROJECT_BINARY_DIR}/wingmqConfigVersion.cmake
        DESTINATION ${WINGMQ_CMAKE_DIR})
install(FILES README.md LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
