/* Shows what can still be done with a connection after shutdown(): the argument says which direction is closed. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "127.0.0.1"
#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

/* SHUT_RD, SHUT_WR or SHUT_RDWR; -1 when the argument is none of the three words. */
static int lireMode(const char *mot)
{
    if (strcmp(mot, "RD") == 0)
        return SHUT_RD;
    if (strcmp(mot, "WR") == 0)
        return SHUT_WR;
    if (strcmp(mot, "RDWR") == 0)
        return SHUT_RDWR;
    return -1;
}

static int essayer(int descripteurSocket, int mode)
{
    const char *avant = "avant\n", *apres = "apres\n";
    if (write(descripteurSocket, avant, strlen(avant)) == -1) {
        perror("write");
        return EXIT_FAILURE;
    }
    if (shutdown(descripteurSocket, mode) == -1) {
        perror("shutdown");
        return EXIT_FAILURE;
    }

    /* From here on a result of -1 is not an error of the program: it is what the exercise wants to see. */
    char message[LG_MESSAGE];
    ssize_t ecrits = write(descripteurSocket, apres, strlen(apres));
    printf("envoi: %zd\n", ecrits);
    ssize_t lus = read(descripteurSocket, message, sizeof(message));
    printf("reception: %zd\n", lus);
    return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
    int mode = argc == 2 ? lireMode(argv[1]) : -1;
    if (mode == -1) {
        fprintf(stderr, "Usage : %s RD|WR|RDWR\n", argv[0]);
        return EXIT_FAILURE;
    }

    /* Writing after SHUT_WR raises SIGPIPE, which would end the program; ignored, write() returns -1 instead. */
    signal(SIGPIPE, SIG_IGN);

    int descripteurSocket = socket(PF_INET, SOCK_STREAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }
    struct sockaddr_in pointDeRencontreDistant = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, ADRESSE, &pointDeRencontreDistant.sin_addr);
    if (connect(descripteurSocket, (struct sockaddr *)&pointDeRencontreDistant, sizeof(pointDeRencontreDistant)) == -1) {
        perror("connect");
        close(descripteurSocket);
        return EXIT_FAILURE;
    }

    int etat = essayer(descripteurSocket, mode);
    close(descripteurSocket);
    return etat;
}
