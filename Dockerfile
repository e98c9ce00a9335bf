# The server and the client in one image. The demo of both: docker-compose.yml.
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN mvn -B -q -Pjars-only package

FROM eclipse-temurin:25-jre
# A new volume that is mounted here takes over this directory's owner.
RUN mkdir -p /run/accu && chown 10001:10001 /run/accu
COPY --from=build /src/server/target/server.jar /src/client/target/client.jar /opt/accu/
USER 10001:10001
STOPSIGNAL SIGTERM
EXPOSE 3000
ENTRYPOINT ["java", "-jar", "/opt/accu/server.jar"]
CMD ["tcp", ":3000", "unix", "/run/accu/accu.sock"]
