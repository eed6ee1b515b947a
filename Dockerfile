# All that raftlab needs, for macOS, Windows and machines where you are not root:
#
#   docker build -t raftlab .
#   docker run --rm -it --security-opt seccomp=unconfined -v "$PWD:/lab" raftlab
#
# then make, as everywhere. (Without that option neither gdb nor setarch can turn
# off the randomization of addresses.)
FROM debian:13
COPY setup /raftlab/
COPY scripts/packages /raftlab/scripts/
RUN apt-get update && apt-get install -y --no-install-recommends git less
RUN /raftlab/setup gcc clang clang-sanitizer gdb editor
RUN useradd --create-home --shell /bin/bash student
USER student
WORKDIR /lab
