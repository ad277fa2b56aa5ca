# Read by cpack before it packs.
if(CPACK_GLASS_NATIVE)
  message(WARNING "These programs may need a processor like this machine's (GLASS_NATIVE=ON); to pack "
                  "for others: cmake --workflow --preset package")
endif()
if(CPACK_GENERATOR STREQUAL DEB)
  foreach(program dpkg-shlibdeps file)
    find_program(path_of_${program} ${program})
    if(NOT path_of_${program})
      message(FATAL_ERROR "${program} is missing, which finds out what a .deb depends on:\n"
                          "apt-get install dpkg-dev file   (or, without it: cpack -G TGZ)")
    endif()
  endforeach()
endif()
