# The project in this folder uses what `cmake --install` makes of this build, and the sources.
set(folder ${CMAKE_CURRENT_BINARY_DIR}/consumer)
set(settings -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
    -DCMAKE_CXX_FLAGS=${CMAKE_CXX_FLAGS})
set(installed ${settings} -Dglassgrad_ROOT=${folder}/prefix)

add_test(NAME "consumer: install"
  COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${folder}/prefix)
add_test(NAME "consumer: find_package"
  COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test ${CMAKE_CURRENT_LIST_DIR} ${folder}/installed
    --build-generator ${CMAKE_GENERATOR} --build-options ${installed}
    --test-command ${CMAKE_CTEST_COMMAND} --no-tests=error --output-on-failure)
add_test(NAME "consumer: the examples"
  COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test ${PROJECT_SOURCE_DIR}/docs/examples ${folder}/examples
    --build-generator ${CMAKE_GENERATOR} --build-options ${installed} --test-command example_xor)
add_test(NAME "consumer: another version is refused"
  COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${folder}/refused
    -G ${CMAKE_GENERATOR} ${installed} -DGLASSGRAD_VERSION=99)
# Only what uses the library is compiled, which shows that its targets and headers are found and that
# none of our options comes along; to compile the library again would take minutes.
add_test(NAME "consumer: add_subdirectory"
  COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test ${CMAKE_CURRENT_LIST_DIR} ${folder}/subdirectory
    --build-generator ${CMAKE_GENERATOR} --build-target objects
    --build-options ${settings} -DGLASSGRAD_SOURCE=${PROJECT_SOURCE_DIR} -DGLASS_NATIVE=ON)

set_tests_properties("consumer: install" PROPERTIES FIXTURES_SETUP installed)
set_tests_properties("consumer: find_package" "consumer: the examples"
  "consumer: another version is refused" PROPERTIES
  FIXTURES_REQUIRED installed)
set_tests_properties("consumer: another version is refused" PROPERTIES PASS_REGULAR_EXPRESSION
  "requested[ \n]+version \"99\".*glassgradConfig.cmake, version: ${PROJECT_VERSION}")

add_test(NAME "package: fields and files of the .deb"
  COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/package.sh ${CMAKE_CPACK_COMMAND} ${PROJECT_BINARY_DIR}
    ${PROJECT_VERSION})
set_tests_properties("package: fields and files of the .deb" PROPERTIES
  SKIP_REGULAR_EXPRESSION "skipped test: ")
