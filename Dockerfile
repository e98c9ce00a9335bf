# The server and the client in one image. The demo of both: docker-compose.yml.
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
# What --version says; the repository is not here.
ARG COMMIT=unknown
RUN mvn -B -q -Pjars-only -Dmaven.buildNumber.skip -DbuildNumber=$COMMIT -pl server,client -am package

# The server with the Kafka client, which makes it several times as large: docker build --target kafka.
FROM eclipse-temurin:25-jre AS kafka
COPY --from=build /src/server/target/server-kafka.jar /opt/accu/
# Where lines go that Kafka refuses, unless the address says otherwise.
WORKDIR /var/lib/accu
RUN chown 10001:10001 /var/lib/accu
USER 10001:10001
STOPSIGNAL SIGTERM
EXPOSE 3000
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-jar", "/opt/accu/server-kafka.jar"]

FROM eclipse-temurin:25-jre
# A new volume that is mounted here takes over this directory's owner.
RUN mkdir -p /run/accu && chown 10001:10001 /run/accu
COPY --from=build /src/server/target/server.jar /src/client/target/client.jar /opt/accu/
# Archives of the classes that one message needs on both sides: with them a start takes little more than half of the time.
# An archive is for the jar by the very path that it was made with.
RUN (java -XX:+UseSerialGC -XX:ArchiveClassesAtExit=/opt/accu/server.jsa -Xlog:cds=off \
          -jar /opt/accu/server.jar tcp 127.0.0.1:3000 unix /run/accu/accu.sock --to discard 2>/tmp/log & \
        server=$!; until grep -q ready /tmp/log; do sleep 0.1; done; \
        java -XX:+UseSerialGC -XX:ArchiveClassesAtExit=/opt/accu/client.jsa -Xlog:cds=off \
          -jar /opt/accu/client.jar tcp 127.0.0.1:3000 hello \
        && kill $server && wait $server) \
    && rm /tmp/log
USER 10001:10001
STOPSIGNAL SIGTERM
EXPOSE 3000
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-Xmn8m", "-XX:SharedArchiveFile=/opt/accu/server.jsa", "-jar", "/opt/accu/server.jar"]
CMD ["tcp", ":3000", "unix", "/run/accu/accu.sock"]
